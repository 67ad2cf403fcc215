"""Videos that are handed out by a link: kept on the disk or in a bucket, served, and removed in the end."""
