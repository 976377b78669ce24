"""Draw the pictures of the documentation: `python docs/draw_images.py`, with `plantgym[report]`."""

from pathlib import Path

import numpy as np
from matplotlib.image import imsave
from numpy.typing import NDArray

from plantgym.envs import StnEnv
from plantgym.twins.outlook import Outlook
from plantgym.twins.plant import StnPlant

IMAGES = Path(__file__).parent / "images"
SUNNY_DAY, SEED_WITH_EVENT = "2024-06-25", 2


def cement_action(plant: StnPlant, view: Outlook) -> NDArray[np.int64]:
    """Feed and run the mill all day; grind until the target is met, but not during an event."""
    target_t = plant.materials[-1].end_min_t or 0.0
    responds = view.dr is not None and view.dr.start_step <= view.step < view.dr.end_step
    grinds = view.stock_t[-1] < target_t and not responds
    return np.array([1, 1, 2 if grinds else 0])


def draw_cement_day() -> None:
    """Save the picture of a whole day of the cement plant."""
    env = StnEnv("cement_pv", market="tou", dr=True, render_mode="rgb_array")
    env.reset(seed=SEED_WITH_EVENT, options={"day": SUNNY_DAY})
    over = False
    while not over:
        _, _, over, _, _ = env.step(cement_action(env.plant, env.view()))
    imsave(IMAGES / "cement_pv_day.png", env.render())
    env.close()


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    draw_cement_day()
