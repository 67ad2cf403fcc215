"""Slack: its commands, forms and mentions become jobs, its messages carry cards and videos. No other room knows it."""
