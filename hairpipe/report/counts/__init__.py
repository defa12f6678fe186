"""What a report counts: any number of portraits, in little memory."""
