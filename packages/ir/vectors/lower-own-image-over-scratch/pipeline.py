import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.scratch(image='debian:12').sh('make a', label='a', image='node:24').sh('make b', label='b')]
