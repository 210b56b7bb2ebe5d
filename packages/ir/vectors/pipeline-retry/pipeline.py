import harmont as hm


@hm.pipeline("vec", retry=hm.retry(2, delay=5))
def ci():
    return [hm.sh('make a', label='a', retry=1), hm.sh('make b', label='b')]
