"""A KServe v2 server for tests: KServe's own model server with one ONNX model for each folder that holds a model.onnx."""
import sys
from pathlib import Path

import numpy
import onnxruntime
from kserve import InferOutput, InferRequest, InferResponse, Model, ModelServer

DATATYPES = {
    "tensor(float)": "FP32",
    "tensor(float16)": "FP16",
    "tensor(int64)": "INT64",
    "tensor(int32)": "INT32",
    "tensor(int16)": "INT16",
    "tensor(uint8)": "UINT8",
    "tensor(bool)": "BOOL",
}


def declared(values):
    return [
        {
            "name": value.name,
            "datatype": DATATYPES[value.type],
            "shape": [size if isinstance(size, int) else -1 for size in value.shape],
        }
        for value in values
    ]


class OnnxModel(Model):
    def __init__(self, folder: Path):
        super().__init__(folder.name)
        self.session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
        self.ready = True

    def get_input_types(self):
        return declared(self.session.get_inputs())

    def get_output_types(self):
        return declared(self.session.get_outputs())

    def predict(self, payload: InferRequest, headers=None):
        feeds = {tensor.name: tensor.as_numpy() for tensor in payload.inputs}
        wanted = [output.name for output in payload.request_outputs or []]
        names = wanted or [output.name for output in self.session.get_outputs()]
        outputs = []
        for name, array in zip(names, self.session.run(names, feeds)):
            array = numpy.ascontiguousarray(array)
            datatype = next(o["datatype"] for o in self.get_output_types() if o["name"] == name)
            output = InferOutput(name, list(array.shape), datatype)
            output.set_data_from_numpy(array, binary_data=True)
            outputs.append(output)
        return InferResponse(payload.id, self.name, outputs, use_binary_outputs=True)


if __name__ == "__main__":
    port, directory = int(sys.argv[1]), Path(sys.argv[2])
    models = [OnnxModel(folder) for folder in sorted(directory.iterdir()) if (folder / "model.onnx").exists()]
    ModelServer(http_port=port, enable_grpc=False, workers=1).start(models)
