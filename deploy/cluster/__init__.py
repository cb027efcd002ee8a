"""A cluster on one machine: hosts in network namespaces, and what can go wrong between them."""
