import harmont as hm


@hm.pipeline("vec", default_image='debian:12')
def ci():
    return [hm.sh('make a', label='a').sh('make b', label='b'), hm.sh('make c', label='c', image='node:24'), hm.scratch(image='alpine').sh('make d', label='d')]
