"""The archive in a browser: search, reports, versions, pages as they were. Nothing imports it but cli."""
