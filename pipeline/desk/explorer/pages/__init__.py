"""The pages, one function a page: what is asked for goes in, a template and its values come out."""
