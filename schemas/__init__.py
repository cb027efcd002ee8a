"""One typed class per table: the single source of the Arrow schema, the checks and the codebook."""
