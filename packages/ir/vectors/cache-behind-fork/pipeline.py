import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make a', label='a', cache=hm.forever()).fork().sh('make b', label='b', cache=hm.forever())]
