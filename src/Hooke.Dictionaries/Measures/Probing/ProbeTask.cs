namespace Hooke.Dictionaries;

/// <summary>Which rows are of a class, and which of them train and which test.</summary>
/// <param name="Labels">For every row whether it is of the class.</param>
/// <param name="Train">Rows that a probe is trained on, and latents chosen by.</param>
/// <param name="Test">Rows that it is tested on.</param>
public sealed record ProbeTask(IReadOnlyList<bool> Labels, IReadOnlyList<int> Train, IReadOnlyList<int> Test)
{
    /// <summary>The labels of the training rows.</summary>
    public IReadOnlyList<bool> TrainLabels => [.. Train.Select(row => Labels[row])];

    /// <summary>The labels of the test rows.</summary>
    public IReadOnlyList<bool> TestLabels => [.. Test.Select(row => Labels[row])];

    /// <summary>
    /// What each test row weighs, so that the mean over test rows of weight · [right] is balanced accuracy: half for each class.
    /// </summary>
    public IReadOnlyList<double> TestWeights
    {
        get
        {
            IReadOnlyList<bool> labels = TestLabels;
            int positives = labels.Count(label => label), negatives = labels.Count - positives;
            double share = positives == 0 || negatives == 0 ? 1 : 0.5;
            return [.. labels.Select(label => share * labels.Count / (label ? positives : negatives))];
        }
    }

    /// <summary>For each test row its weight where the prediction is right, else 0.</summary>
    public double[] Outcomes(IReadOnlyList<bool> predicted) =>
        [.. TestWeights.Zip(TestLabels, predicted).Select(row => row.Second == row.Third ? row.First : 0)];
}
