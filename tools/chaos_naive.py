"""The comparison: an e-mail a task, put into the queue by ``.delay`` and nowhere else."""

import os
import smtplib
from collections.abc import Callable

from celery import Celery

app = Celery(
    "naive",
    broker=os.environ.get("REDIS_URL", "").replace("unix://", "redis+socket://").replace("db=", "virtual_host="),
)
app.conf.task_ignore_result = True
app.conf.task_acks_late = bool(os.environ.get("ACKS_LATE"))
app.conf.broker_connection_retry_on_startup = True


@app.task
def send(number: int) -> None:
    """Send one e-mail, as any tutorial does."""
    with smtplib.SMTP("127.0.0.1", int(os.environ["EMAIL_PORT"]), timeout=10) as server:
        text = f"Message-ID: <{number}@naive.example>\r\nSubject: Reminder\r\n\r\nOpen /naive/{number}/.\r\n"
        server.sendmail("safeguard@example.org", ["somebody@example.org"], text)


def publishing(broker_url: str) -> Callable[[int, int], None]:
    """Return what puts the numbers from one to another into the queue, and forgets what the broker did not take."""
    publisher = Celery("naive", broker=broker_url)
    publisher.conf.task_publish_retry = False
    publisher.conf.broker_transport_options = {"socket_connect_timeout": 1, "socket_timeout": 1}

    def feed(first: int, last: int) -> None:
        for number in range(first, last):
            try:
                publisher.send_task("tools.chaos_naive.send", [number])
            except OSError:
                continue
            except Exception as error:  # the transport has exceptions of its own
                if "Connection" not in repr(error) and "Operational" not in repr(error):
                    raise

    return feed
