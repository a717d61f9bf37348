"""Archive public-sector news portals so that what they published stays findable, citable and provable."""
