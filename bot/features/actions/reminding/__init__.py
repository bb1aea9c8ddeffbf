"""What reminds of items: `mornings` plans, `reminders` says on each morning what is due, to whom `telling` says."""
