"""The routes, by API."""
