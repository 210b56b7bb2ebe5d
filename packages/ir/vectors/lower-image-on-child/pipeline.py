import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make a', label='a').sh('make b', label='b', image='node:24')]
