"""The outside: one room for each platform, vendor and medium. Rooms do not import each other."""
