"""What the API answers with; codes come with their titles."""
