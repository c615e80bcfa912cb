// Recording.
