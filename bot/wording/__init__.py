"""Every sentence that users read, on every platform. Adapters only render what is said here."""
