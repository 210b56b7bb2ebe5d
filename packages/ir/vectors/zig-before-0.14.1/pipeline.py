import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.zig.fmt(version='0.14.0', path='x')]
