"""The checkup: whether the next crawl can do its work, part by part; each finding says what to do."""
