"""A machine with a GPU and no network: the folder that is carried there, what is run there, and the page that comes back."""
