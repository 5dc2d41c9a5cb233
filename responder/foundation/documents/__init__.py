"""Official documents out of plain data: PDF and Word in the layout of GB/T 9704, stored with version and checksum."""
