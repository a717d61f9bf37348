"""The license footer: found on a page (`footer`), cut into labeled runs (`labels`), each field read by a module."""
