import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make a').sh('make b').sh('make c')]
