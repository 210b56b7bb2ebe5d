import harmont as hm


@hm.pipeline("vec")
def ci():
    a = hm.sh('make a', label='a')
    b = a.sh('make b', label='b')
    return [hm.sh('make c', label='c', inputs=[hm.files_from(b, 'dist/**', 'web'), hm.files_from(a, 'gen'), hm.files_from(b, 'x')])]
