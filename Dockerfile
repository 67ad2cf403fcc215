# Two stages: the second holds Python, the locked dependencies and Tweenbot, and runs as nobody in particular.
# PyAV's wheels carry x264, which is under the GPL: an image that you hand on falls under its terms.
FROM python:3.11-slim AS build
WORKDIR /src
RUN python -m venv /opt/tweenbot
COPY requirements/run.lock requirements/run.lock
RUN /opt/tweenbot/bin/pip install --no-cache-dir --require-hashes -r requirements/run.lock
COPY pyproject.toml README.md LICENSE ./
COPY adapters adapters
COPY bot bot
COPY config config
COPY engine engine
RUN /opt/tweenbot/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 tweenbot && install -d -o tweenbot /data
COPY --from=build /opt/tweenbot /opt/tweenbot
ENV PATH=/opt/tweenbot/bin:$PATH PYTHONUNBUFFERED=1 TWEENBOT_DATA_DIR=/data TWEENBOT_HTTP_HOST=0.0.0.0 TWEENBOT_LOCAL=off
USER tweenbot
WORKDIR /data
VOLUME /data
EXPOSE 8080 8765
ENTRYPOINT ["tweenbot"]
# The bot: docker run -v tweenbot:/data -e DISCORD_TOKEN=... tweenbot. Its HTTP server listens beyond the container, so the
# local channel is off, and on with a token: -e TWEENBOT_LOCAL=on -e TWEENBOT_LOCAL_TOKEN=... -p 127.0.0.1:8080:8080. The
# engine alone takes a key: docker run -e TWEENBOT_ENGINE_KEY=... -p 8765:8765 tweenbot engine --host 0.0.0.0 --port 8765
CMD ["run"]
