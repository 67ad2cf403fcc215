"""What happens to a job, a verb a file: accept, stage, submit, follow, deliver, cancel."""
