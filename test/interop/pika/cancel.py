import threading

from scenario import connect, done, unique

connection = connect()
queue = unique("cancelled")
channel = connection.channel()
channel.queue_declare(queue)
cancelled = []


def on_cancel(frame):
    cancelled.append(frame.method.consumer_tag)


channel.add_on_cancel_callback(on_cancel)
tag = channel.basic_consume(queue, lambda *_: None)


def delete():
    other = connect()
    other.channel().queue_delete(queue)
    other.close()


thread = threading.Thread(target=delete)
thread.start()
# Returns once no consumer is left.
channel.start_consuming()
thread.join()
assert cancelled == [tag], cancelled
connection.close()
done()
