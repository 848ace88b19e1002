import { useEffect, useRef, useState } from "preact/hooks";

/** Between looks whether there is a new picture. */
const LOOK_PERIOD_MS = 5000;
/** Of what is compared. */
const GLANCE_PIXELS = 64;

interface SinglePicturesProps {
  readonly stream: string;
  readonly label: string;
  /** Whether pictures come. */
  readonly onTurn: (hasFailed: boolean) => void;
}

/**
 * Pictures without WebRTC (MJPEG), taken up again where they fail or stand still: of an image whose connection has ended a browser tells
 * nothing. A picture of the deepest night may stand still too, and asking for it again is not seen.
 */
export function SinglePictures({ stream, label, onTurn }: SinglePicturesProps) {
  const image = useRef<HTMLImageElement>(null);
  // an address of its own each time, since a browser may keep what has ended
  const [at, setAt] = useState(Date.now);
  useEffect(() => {
    let before: string | undefined;
    const timer = setInterval(() => {
      // one that is on its way is given the time it takes
      if (document.hidden || image.current?.complete !== true) return;
      const now = glance(image.current);
      if (now === undefined || now === before) setAt(Date.now());
      before = now;
    }, LOOK_PERIOD_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <img
      id="mjpeg"
      ref={image}
      alt={label}
      src={`/api/mjpeg/${stream}?at=${at}`}
      onLoad={() => onTurn(false)}
      onError={() => onTurn(true)}
    />
  );
}

/** What an image shows, to be compared; undefined: nothing. */
function glance(image: HTMLImageElement): string | undefined {
  if (image.naturalWidth === 0) return undefined;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = GLANCE_PIXELS;
  canvas.getContext("2d")?.drawImage(image, 0, 0, GLANCE_PIXELS, GLANCE_PIXELS);
  return canvas.toDataURL();
}
