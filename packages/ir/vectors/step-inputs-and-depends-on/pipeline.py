import harmont as hm


@hm.pipeline("vec")
def ci():
    a = hm.sh('make a', label='a')
    b = hm.sh('make b', label='b')
    return [a, hm.sh('make c', label='c', inputs=hm.files_from(a, 'gen'), depends_on=b)]
