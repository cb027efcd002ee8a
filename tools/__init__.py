"""What is run on the project by hand: the changelog's fragments, and skeletons of sources and tables."""
