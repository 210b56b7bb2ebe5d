import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.python(image='debian:12').ci()]
