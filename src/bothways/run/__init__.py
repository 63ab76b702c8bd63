"""Starting, stopping and looking after one installation; knows no Django until it must."""
