"""A mailbox for everyone, for development mode alone: a real SMTP server that keeps every mail in a folder."""
