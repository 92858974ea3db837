"""PDF: the only room that knows pyHanko: stamp, sign, timestamp, check."""
