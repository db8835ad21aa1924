import pika.exceptions
from scenario import connect, done, unique

connection = connect()
channel = connection.channel()
channel.confirm_delivery()
try:
    channel.basic_publish("amq.direct", unique("nowhere"), b"lost", mandatory=True)
    raise AssertionError("nothing was returned")
except pika.exceptions.UnroutableError as error:
    (returned,) = error.messages
    assert returned.body == b"lost"
    assert returned.method.reply_code == 312
    assert returned.method.reply_text == "NO_ROUTE"
    assert returned.method.exchange == "amq.direct"
channel.basic_publish("amq.direct", unique("nowhere"), b"lost", mandatory=False)
connection.close()
done()
