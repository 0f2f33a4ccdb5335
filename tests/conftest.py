"""What every test shares: the network is off but for loopback, templates fail on unknown variables."""
