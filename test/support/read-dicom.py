"""Independent reader for tests: prints as JSON what pydicom reads of segmentations, reports and images in a folder."""
import base64
import json
import pathlib
import sys

import numpy
import pydicom


def code(sequence):
    item = sequence[0]
    return [item.get("CodeValue") or item.get("LongCodeValue"), item.CodingSchemeDesignator]


def numbers(values):
    return [float(value) for value in values]


def segmentation(data):
    pixels = data.pixel_array
    if data.NumberOfFrames == 1:
        pixels = pixels[None]
    shared = data.SharedFunctionalGroupsSequence[0]
    frames = []
    for groups, frame in zip(data.PerFrameFunctionalGroupsSequence, pixels):
        source = groups.DerivationImageSequence[0].SourceImageSequence[0]
        frames.append(
            {
                "segment": int(groups.SegmentIdentificationSequence[0].ReferencedSegmentNumber),
                "position": numbers(groups.PlanePositionSequence[0].ImagePositionPatient),
                "source": source.ReferencedSOPInstanceUID,
                "sourceFrame": int(source.get("ReferencedFrameNumber", 1)),
                "purpose": code(source.PurposeOfReferenceCodeSequence),
                "mask": base64.b64encode(numpy.ascontiguousarray(frame, dtype=numpy.uint8).tobytes()).decode(),
            }
        )
    return {
        "orientation": numbers(shared.PlaneOrientationSequence[0].ImageOrientationPatient),
        "spacing": numbers(shared.PixelMeasuresSequence[0].PixelSpacing),
        "segments": [
            {
                "number": int(s.SegmentNumber),
                "label": s.SegmentLabel,
                "type": code(s.SegmentedPropertyTypeCodeSequence),
                "category": code(s.SegmentedPropertyCategoryCodeSequence),
                "algorithm": s.SegmentAlgorithmType,
                "tracking": s.TrackingUID,
            }
            for s in data.SegmentSequence
        ],
        "dimensions": [
            [pydicom.datadict.keyword_for_tag(tag) for tag in (index.FunctionalGroupPointer, index.DimensionIndexPointer)]
            for index in data.DimensionIndexSequence
        ],
        "frames": frames,
        "frameOfReference": data.FrameOfReferenceUID,
    }


def content(item):
    node = {
        "relationship": item.get("RelationshipType"),
        "type": item.ValueType,
        "concept": code(item.ConceptNameCodeSequence) if "ConceptNameCodeSequence" in item else None,
    }
    if item.ValueType == "TEXT":
        node["value"] = str(item.TextValue)
    if item.ValueType == "CODE":
        node["value"] = code(item.ConceptCodeSequence)
    if item.ValueType == "UIDREF":
        node["value"] = item.UID
    if item.ValueType == "IMAGE":
        reference = item.ReferencedSOPSequence[0]
        segment = reference.get("ReferencedSegmentNumber")
        node["value"] = [reference.ReferencedSOPInstanceUID, *([] if segment is None else [int(segment)])]
    if item.ValueType == "COMPOSITE":
        node["value"] = item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID
    if item.ValueType == "NUM":
        measured = item.MeasuredValueSequence[0]
        node["value"] = float(measured.NumericValue)
        node["unit"] = code(measured.MeasurementUnitsCodeSequence)
    node["children"] = [content(child) for child in item.get("ContentSequence", [])]
    return node


def evidence(data):
    return {
        series.SeriesInstanceUID: [instance.ReferencedSOPInstanceUID for instance in series.ReferencedSOPSequence]
        for series in data.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
    }


def selection(data):
    return {"evidence": evidence(data), "root": content(data)}


def report(data):
    return {
        "completion": data.CompletionFlag,
        "preliminary": data.PreliminaryFlag,
        "verification": data.VerificationFlag,
        "evidence": evidence(data),
        "predecessors": [
            instance.ReferencedSOPInstanceUID
            for study in data.get("PredecessorDocumentsSequence", [])
            for series in study.ReferencedSeriesSequence
            for instance in series.ReferencedSOPSequence
        ],
        "root": content(data),
    }


def image(data):
    values = data.pixel_array.astype(numpy.int32) * int(data.RescaleSlope) + int(data.RescaleIntercept)
    return {
        "position": numbers(data.ImagePositionPatient),
        "orientation": numbers(data.ImageOrientationPatient),
        "spacing": numbers(data.PixelSpacing),
        "frameOfReference": data.FrameOfReferenceUID,
        "values": base64.b64encode(values.astype("<i4").tobytes()).decode(),
    }


READERS = {"SEG": segmentation, "SR": report, "KO": selection, "CT": image}
found = []
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    data = pydicom.dcmread(path)
    found.append(
        {
            "modality": data.Modality,
            "uid": data.SOPInstanceUID,
            "series": data.SeriesInstanceUID,
            "study": data.StudyInstanceUID,
            "patient": [str(data.PatientName), data.PatientID, str(data.get("IssuerOfPatientID", ""))],
            "times": [data.get("ContentDate"), data.get("ContentTime"), data.get("TimezoneOffsetFromUTC")],
            "rows": data.get("Rows"),
            "columns": data.get("Columns"),
            **READERS[data.Modality](data),
        }
    )
print(json.dumps(found))
