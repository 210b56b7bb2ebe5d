import harmont as hm


@hm.pipeline("vec")
def ci():
    a = hm.sh('make a', label='a', append={})
    b = a.sh('make b', label='b', append={})
    c = hm.sh('make c', label='c', depends_on=[a, [b.appended(), a.appended()], b.appended()])
    return [hm.sh('make d', label='d', depends_on=[a.appended(), c])]
