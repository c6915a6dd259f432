"""The whole product on one machine, with sample people and a sample receiver."""
