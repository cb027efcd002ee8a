"""Scripts that make the weights in `pipeline/models`; their requirements: `training/requirements.txt`."""
