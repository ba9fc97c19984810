"""The same work on a page: static files that talk to the server's API and to nothing else."""
