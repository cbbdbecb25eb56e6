"""notify: contacts, letters by real SMTP, the in-app inbox."""
