import harmont as hm


@hm.pipeline("vec")
def ci():
    tool = hm.zig(version='0.15.1', image='debian:12')
    return [tool.project('a').build(), tool.project('b c').test()]
