import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.scratch(image='debian:12').sh('make a', label='a'), hm.scratch().sh('make b', label='b'), hm.sh('make c', label='c', image='node:24')]
