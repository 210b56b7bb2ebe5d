"""Says who is on call in a week."""
