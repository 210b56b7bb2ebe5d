import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make a', label='a', retry=hm.retry(2, reasons=['out_of_memory'], signals=['SIGKILL'], exit_codes=[1, 75], delay='10s'))]
