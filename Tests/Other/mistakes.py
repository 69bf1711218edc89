def broken(base, name):
    return base
def listing(role): return ""
